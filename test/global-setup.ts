import { execFileSync } from 'node:child_process'

/** Builds swath, and sets up what it needs, before any test: the end-to-end tests run the real command. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  execFileSync(process.execPath, ['bin/swath.js', 'setup'], { stdio: 'inherit' })
}
