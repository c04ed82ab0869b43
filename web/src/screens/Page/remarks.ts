/** Fetch and change what people say about a page. */
import { answered, api, type Schemas } from '../../api/client'

export type Remark = Schemas['Comment']
export type Thread = { first: Remark; answers: Remark[] }

/** Return the threads of a page, oldest first; a thread is named by its first comment. */
export async function threadsOf(entry: string): Promise<Thread[]> {
  const params = { path: { entry }, query: { limit: 200 } }
  const { items } = await answered(api.GET('/api/v1/entries/{entry}/comments', { params }))
  return items
    .filter((each) => each.thread === each.id)
    .map((first) => ({ first, answers: items.filter((each) => each.thread === first.id && each.id !== first.id) }))
}

export async function comment(entry: string, text: string, thread: string | null): Promise<void> {
  const body = { text, thread, mentions: [], quote: '' }
  await answered(api.POST('/api/v1/entries/{entry}/comments', { params: { path: { entry } }, body }))
}

export async function settle(remark: Remark): Promise<void> {
  const params = { path: { entry: remark.entry, comment: remark.id } }
  await answered(
    remark.resolved_at
      ? api.POST('/api/v1/entries/{entry}/comments/{comment}/reopen', { params })
      : api.POST('/api/v1/entries/{entry}/comments/{comment}/resolve', { params }),
  )
}

export async function addTag(entry: string, tag: string): Promise<string[]> {
  const params = { path: { entry } }
  return (await answered(api.POST('/api/v1/entries/{entry}/tags', { params, body: { items: [tag] } }))).items
}

export async function removeTag(entry: string, tag: string): Promise<string[]> {
  const params = { path: { entry, tag } }
  return (await answered(api.DELETE('/api/v1/entries/{entry}/tags/{tag}', { params }))).items
}

/** Return tags that begin so, as the notebook and its unit use them. */
export async function tagsLike(notebook: string, q: string): Promise<string[]> {
  const params = { path: { notebook }, query: { q } }
  return (await answered(api.GET('/api/v1/notebooks/{notebook}/tags', { params }))).items
}
