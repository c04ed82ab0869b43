"""Stand at the bus for what changes the tree, its people and what they hold."""

from chassis.bus.edge import CallContext, answers
from contracts.entries import calls
from services.entries.service import replies as say
from services.entries.service.replies import caller
from services.entries.use_cases.create_structure import NewStructure
from services.entries.wiring import House


class People:
    """Who is where, and holds what."""

    house: House

    @answers(calls.SetUpInstitution)
    def set_up_institution(self, call: calls.SetUpInstitution, context: CallContext) -> calls.PersonDetail:
        """Create the institution and its first administrator."""
        admin = say.person_fields(call.admin)
        made = self.house.write.set_up_institution(caller(context), code=call.code, name=call.name, admin=admin)
        return say.person_detail(made)

    @answers(calls.CreateStructure)
    def create_structure(self, call: calls.CreateStructure, context: CallContext) -> calls.Structure:
        """Add a structure."""
        new = NewStructure(call.kind, call.parent, call.code, call.name, call.rors)
        return say.structure(self.house.write.create_structure(caller(context), new=new))

    @answers(calls.CreatePerson)
    def create_person(self, call: calls.CreatePerson, context: CallContext) -> calls.PersonDetail:
        """Enter a person."""
        fields = say.person_fields(call.person)
        made = self.house.write.create_person(caller(context), fields=fields, structure=call.structure)
        return say.person_detail(made)

    @answers(calls.AddAffiliation)
    def add_affiliation(self, call: calls.AddAffiliation, context: CallContext) -> calls.PersonDetail:
        """Attach a person to a structure."""
        held = self.house.write.add_affiliation(
            caller(context), person=call.person, structure=call.structure,
            from_date=call.from_date, until_date=call.until_date,
        )  # fmt: skip
        return say.person_detail(held)

    @answers(calls.GiveRole)
    def give_role(self, call: calls.GiveRole, context: CallContext) -> calls.PersonDetail:
        """Give a role."""
        held = self.house.write.give_role(
            caller(context), person=call.person, role=call.role, structure=call.structure,
            from_date=call.from_date, until_date=call.until_date,
        )  # fmt: skip
        return say.person_detail(held)

    @answers(calls.RecordDeparture)
    def record_departure(self, call: calls.RecordDeparture, context: CallContext) -> calls.PersonDetail:
        """Record that a person left."""
        return say.person_detail(self.house.write.record_departure(caller(context), person=call.person))
