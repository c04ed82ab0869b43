/** Parts of a screen that come when they are asked for, so that the screen itself comes sooner. */
import { t } from '../i18n/language.svelte'
import { toast } from './toasts.svelte'

export class Later<Part> {
  part = $state.raw<Part | null>(null)

  constructor(private readonly load: () => Promise<{ default: Part }>) {}

  /** Return whether it is there; when the network does not bring it, the person is told. */
  async come(): Promise<boolean> {
    try {
      this.part ??= (await this.load()).default
    } catch {
      toast(t('problem.offline'), 'stop')
    }
    return this.part !== null
  }
}
