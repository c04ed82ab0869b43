/** Start an import and follow it to its report. */
import { answered, api, type Schemas } from '../../api/client'
import { phrases } from '../../i18n/language.svelte'
import en from '../../i18n/report/en.json'
import fr from '../../i18n/report/fr.json'

export type Import = Schemas['ImportView']
export type Line = NonNullable<Import['report']>[number]
export const LEVELS: Line['level'][] = ['refused', 'warning', 'info']

export function startImport(upload: string, notebook: string): Promise<Import> {
  return answered(api.POST('/api/v1/imports', { body: { upload, notebook } }))
}

export function loadImport(id: string): Promise<Import> {
  return answered(api.GET('/api/v1/imports/{import_id}', { params: { path: { import_id: id } } }))
}

export function isOver(found: Import): boolean {
  return found.state === 'done' || found.state === 'refused'
}

export const tell = phrases({ fr, en })

/** Codes whose text tells a value of the archive, and no sentence of ours. */
const WITH_VALUE = /^(checksum_(unreadable|wrong)|date_|document_|html_|image_|kept_|media_type_|reference_|size_|text_cut)/

/** Return a line of the report in words: what was found, then the archive's own value. */
export function lineText(line: Line): { said: string; value: string } {
  const text = line.text ?? ''
  if (!(`remark.${line.code}` in fr)) return { said: text || line.code, value: '' }
  const value = WITH_VALUE.test(line.code) ? text.replace(/^declared (.*), is (.*)$/, '$1 → $2') : ''
  return { said: tell(`remark.${line.code}` as Parameters<typeof tell>[0]), value }
}
