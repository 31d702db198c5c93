/** The one program: who it is this time stands in its first argument. The rooms are loaded only when they are run,
 *  so that a command of the client never pays for the controller. */
const [, , verb = 'help', ...rest] = process.argv

switch (verb) {
  case 'controller':
    await (await import('./controller/main.ts')).main(rest)
    break
  case 'keep':
    await (await import('./setup/keep.ts')).main(rest)
    break
  case 'up':
  case 'down':
  case 'status':
    await (await import('./setup/main.ts')).main([verb, ...rest])
    break
  default:
    process.exitCode = await (await import('./cli/main.ts')).main(process.argv.slice(2))
}
