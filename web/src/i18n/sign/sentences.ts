/** Say what proving who one is needs: the ceremony, and the app that makes codes. */
import { phrases } from '../language.svelte'
import en from './en.json'
import fr from './fr.json'

export const tell = phrases({ fr, en })
