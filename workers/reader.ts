/** What the process that answers questions loads. */
import '../src/store/reader/answer.ts'
