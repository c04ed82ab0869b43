/** Drive the list under the caret: what «/», «@» and «#» offer (WAI-ARIA APG, combobox with a listbox). */
import type { SuggestionProps } from '@tiptap/suggestion'

export type Offer = { id: string; label: string; detail?: string }
type Shown = { items: Offer[]; index: number; left: number; top: number; pick: (index: number) => void }

export class Popup {
  shown = $state.raw<Shown | null>(null)

  /** Return the callbacks TipTap's suggestion calls for one kind of offer. */
  renderer<Item extends Offer>(): () => Record<string, unknown> {
    return () => {
      let current: SuggestionProps<Item> | null = null
      const draw = (props: SuggestionProps<Item>): void => {
        current = props
        this.draw(props)
      }
      return {
        onStart: draw,
        onUpdate: draw,
        onKeyDown: ({ event }: { event: KeyboardEvent }) => this.onKey(event),
        onExit: () => {
          if (current) this.tell(current.editor.view.dom, null)
          this.shown = null
        },
      }
    }
  }

  private draw<Item extends Offer>(props: SuggestionProps<Item>): void {
    const caret = props.clientRect?.()
    if (!caret || props.items.length === 0) {
      this.shown = null
      this.tell(props.editor.view.dom, null)
      return
    }
    const pick = (index: number): void => {
      const item = props.items[index]
      if (item) props.command(item)
    }
    this.shown = { items: props.items, index: 0, left: caret.left, top: caret.bottom + 4, pick }
    this.tell(props.editor.view.dom, 0)
  }

  private onKey(event: KeyboardEvent): boolean {
    const shown = this.shown
    if (!shown) return false
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const move = moves[event.key]
    if (move !== undefined) {
      const index = (shown.index + move + shown.items.length) % shown.items.length
      this.shown = { ...shown, index }
      this.tell(document.activeElement, index)
      return true
    }
    if (event.key === 'Enter' || event.key === 'Tab') shown.pick(shown.index)
    else if (event.key === 'Escape') this.shown = null
    else return false
    return true
  }

  /** The focus stays in the text: the chosen line is named to screen readers from there. */
  private tell(textbox: Element | null, index: number | null): void {
    if (index === null) textbox?.removeAttribute('aria-activedescendant')
    else textbox?.setAttribute('aria-activedescendant', `offer-${index}`)
  }
}
