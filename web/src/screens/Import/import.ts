/** Start an import and follow it to its report. */
import { answered, api, type Schemas } from '../../api/client'

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
