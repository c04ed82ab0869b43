/** Say what stands on a notebook: its cover and its contents. */
import { phrases } from '../language.svelte'
import en from './en.json'
import fr from './fr.json'

export const tell = phrases({ fr, en })
