/** What the process that uses trained models loads. */
import '../src/server/models/process.ts'
