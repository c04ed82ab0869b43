import { expect, test } from 'vitest'
import { match } from '../src/router/routes'

test('an address finds its screen, with its parameters decoded', () => {
  const found = match('/entries/0192%2Fx')

  expect(found.route?.title).toBe('page.title')
  expect(found.parameters).toEqual({ entry: '0192/x' })
})

test('an address nobody lives at finds nothing', () => {
  expect(match('/entries').route).toBeNull()
  expect(match('/entries/1/more').route).toBeNull()
})
