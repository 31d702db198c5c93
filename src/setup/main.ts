import { isFloeError } from '../base/errors.ts'
import { asCalled, calledFrom } from './as-called.ts'
import { down } from './down.ts'
import { parseOptions, type SetupVerb } from './options.ts'
import { status } from './status.ts'
import { up } from './up.ts'

/** `up`, `down` and `status`: what happens on the machine itself. A refusal is one sentence on the standard error;
 *  its code's status is the exit status. */
export async function main([verb, ...args]: readonly [SetupVerb, ...string[]]): Promise<void> {
  // Who reads along may stop reading ("| head"): what was begun is still finished.
  process.stdout.on('error', () => undefined)
  let data = ''
  try {
    const options = parseOptions(verb, args)
    data = options.data
    if (verb === 'up') await up(options)
    else if (verb === 'down') await down(options)
    else process.exitCode = await status(options)
  } catch (error) {
    if (!isFloeError(error)) throw error
    console.error(`floe: ${data === '' ? error.message : asCalled(error.message, calledFrom(data))}`)
    process.exitCode = error.status
  }
}
