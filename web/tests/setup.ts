/** Give every test a browser's parts that jsdom lacks. */
import 'fake-indexeddb/auto'
import { beforeEach } from 'vitest'

beforeEach(() => localStorage.clear())
