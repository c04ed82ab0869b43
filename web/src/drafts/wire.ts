/** Write and read the bytes of POST /entries/{id}/sync (docs/flows/sync-a-draft.md). */

const VERSION = 1
const MORE = 1
const NOT_TAKEN = 2

export type Question = { epoch: number; cursor: number; stateVector: Uint8Array; update: Uint8Array }
export type Answer = {
  /** Apply, then ask again at once with this cursor. */
  more: boolean
  /** The update rests on changes the server does not have: send what lies after its state vector. */
  notTaken: boolean
  epoch: number
  cursor: number
  stateVector: Uint8Array
  updates: Uint8Array[]
}

/** Return a question as bytes: integers are 32 bits, big-endian; bytes follow their length. */
export function written(question: Question): Uint8Array<ArrayBuffer> {
  const { epoch, cursor, stateVector, update } = question
  const bytes = new Uint8Array(1 + 4 * 4 + stateVector.length + update.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setUint32(1, epoch)
  view.setUint32(5, cursor)
  view.setUint32(9, stateVector.length)
  bytes.set(stateVector, 13)
  view.setUint32(13 + stateVector.length, update.length)
  bytes.set(update, 17 + stateVector.length)
  return bytes
}

/**
 * Return the answer in ``bytes``.
 *
 * Throws:
 *   RangeError: they are no answer, or one of another version.
 */
export function read(bytes: Uint8Array): Answer {
  const reader = new Reader(bytes)
  if (reader.byte() !== VERSION) throw new RangeError('an answer of another version')
  const flags = reader.byte()
  const [epoch, cursor, stateVector] = [reader.integer(), reader.integer(), reader.bytes()]
  const updates = Array.from({ length: reader.integer() }, () => reader.bytes())
  return { more: (flags & MORE) !== 0, notTaken: (flags & NOT_TAKEN) !== 0, epoch, cursor, stateVector, updates }
}

class Reader {
  private at = 0
  private readonly view: DataView

  constructor(private readonly whole: Uint8Array) {
    this.view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
  }

  byte(): number {
    return this.view.getUint8(this.at++)
  }

  integer(): number {
    this.at += 4
    return this.view.getUint32(this.at - 4)
  }

  bytes(): Uint8Array {
    const length = this.integer()
    if (this.at + length > this.whole.length) throw new RangeError('an answer that was cut off')
    this.at += length
    return this.whole.slice(this.at - length, this.at)
  }
}
