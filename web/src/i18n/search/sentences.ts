/** Say what Search asks and finds. */
import { phrases } from '../language.svelte'
import en from './en.json'
import fr from './fr.json'

export const tell = phrases({ fr, en })
