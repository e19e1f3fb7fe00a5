import type { AnswerParts } from './parts.ts'
import type { Question } from './protocol.ts'

/** A database as the process sees it that answers questions; one file an adapter, in the folder of its technology. */
export interface Asked {
  /** Answers a question, all of it of one moment. */
  answer(question: Question, parts: AnswerParts): Promise<void>
  /** What the driver says to its programmer, and what it means to who asks. */
  readonly misunderstood: readonly (readonly [driver: RegExp, meant: string])[]
}
