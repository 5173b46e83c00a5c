import type { ContactStory } from '../../explain/story.ts'
import { exitStatus } from '../../errors.ts'
import { printStory } from '../story-page.ts'
import type { CommandModule } from '../shell.ts'

/** All that is known of one contact. */
export const explainCommand: CommandModule<object> = {
  name: 'explain',
  summary: 'tells the whole story of one contact: documents, flags, route, values, history',
  options: command => command.argument('<contact>', 'its GUID, its number, or its name'),
  run: async ({ out, run }, _options, contact) => {
    const story = await run<ContactStory>('explain', { contact })
    if (out.json) out.result({ type: 'result', ...story })
    printStory(out, story)
    return exitStatus.done
  },
}
