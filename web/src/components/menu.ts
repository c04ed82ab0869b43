/** One line of a menu. */
export type MenuItem = {
  id: string
  label: string
  run: () => void
  /** Given, the item is a choice among others and says whether it is made. */
  checked?: boolean
  disabled?: boolean
  /** A line above it. */
  separated?: boolean
}
