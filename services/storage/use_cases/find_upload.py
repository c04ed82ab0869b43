"""Find an upload the asker may know of."""

from contracts.errors import NotFound
from contracts.identifiers import UploadId
from services.storage.domain.upload import Owner, Upload, UploadState
from services.storage.ports import UnitOfWork


def find_upload(uow: UnitOfWork, id_: UploadId, *, asker: Owner, lock: bool = False) -> Upload:
    """
    Return the upload.

    Raises:
        NotFound: There is none, it was discarded, or it is somebody else's: the three look the same from outside.

    """
    upload = uow.uploads.get(id_, lock=lock)
    if upload is None or upload.state is UploadState.DISCARDED or not upload.open_to(asker):
        raise NotFound(kind="upload", id=id_)
    return upload
