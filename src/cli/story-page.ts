import { amount } from '../amount.ts'
import type {
  CompanyFacts,
  ContactStory,
  DocumentFacts,
  FieldStory,
  Flag,
  LegStory,
  Value,
} from '../explain/story.ts'
import { moment } from './moment.ts'
import { table, type Printer, type Tone } from './print.ts'

/** What `p2c explain` says to a person. */
export function printStory(out: Printer, story: ContactStory): void {
  const { contact, company, documents, legs, leftBehind, history } = story
  out.line(out.paint('bold', contact.name ?? '(no name)'))
  const facts = [
    ['contact number', contact.number ?? out.paint('dim', 'none yet')],
    ['id', contact.id],
    ['company', companyInWords(company)],
    ['documents', documentsInWords(documents)],
    ['Is Active Customer', flagInWords(out, contact.isActiveCustomer)],
    ['IsCompanyAnAccount', flagInWords(out, contact.isCompanyAnAccount)],
    ['goes', `${destinations[story.route]}: ${reasons[story.reason] ?? story.reason}`],
  ]
  for (const line of table(facts)) out.line(line)
  for (const [i, leg] of legs.entries()) printLeg(out, leg, stateOf(leg, legs[i - 1]))
  for (const template of leftBehind)
    out.line(
      `\n${out.paint('yellow', `${template} delivered this contact once and does not select it any more; its record is left as it is.`)}`,
    )
  if (history.length === 0) return
  out.line()
  out.line(out.paint('bold', 'History'))
  const entries = history.map(({ on, what, runId }) => [
    out.paint('dim', on === null ? '' : moment(on)),
    out.paint('dim', runId === null ? '' : `run ${runId}`),
    what,
  ])
  for (const line of table(entries)) out.line(line)
}

const destinations: Readonly<Record<ContactStory['route'], string>> = {
  customer: 'to Customers V2, as a customer',
  contact: 'to CDS Contacts, as a contact person',
  skipped: 'nowhere',
}

const reasons: Readonly<Record<string, string>> = {
  'has-sales-activity': 'it has a quote, an order or an invoice',
  'company-is-account': 'no quote, order or invoice, and its company is an account',
  'company-is-contact': 'no quote, order or invoice, and its company is a contact',
  'no-company': 'no quote, order or invoice, and no company',
  'company-type-unknown':
    'no quote, order or invoice, and its company is neither an account nor a contact that is there',
}

function companyInWords(company: CompanyFacts | null): string {
  if (company === null) return 'none'
  const { id, type, isTypeStated, name, number } = company
  const which = [name, number].filter(Boolean).join(', ')
  if (type === null) return `${id}, which is neither an account nor a contact that is there`
  const how = isTypeStated ? '' : ' (found by its id; the contact does not say of which type it is)'
  return `the ${type} ${which || `${id}, which is not there`}${how}`
}

const documentWords: Readonly<Record<string, string>> = {
  quote: 'quote',
  salesorder: 'order',
  invoice: 'invoice',
}

function documentsInWords(documents: readonly DocumentFacts[]): string {
  const kinds = documents
    .filter(({ count }) => count > 0)
    .map(({ table: kind, count, examples }) => {
      const named = examples.map(({ id, number }) => number ?? id)
      const list = count > named.length ? [...named, '…'] : named
      return `${amount(count, documentWords[kind] ?? kind)} (${list.join(', ')})`
    })
  return kinds.length === 0 ? 'none' : kinds.join(', ')
}

function flagInWords(out: Printer, { is, shouldBe }: Flag): string {
  const word = (value: boolean) => (value ? 'Yes' : 'No')
  if (is === null) return `${out.paint('dim', 'not set yet')}, will be ${word(shouldBe)}`
  return is === shouldBe
    ? word(is)
    : `${word(is)} ${out.paint('red', `but should be ${word(shouldBe)}`)}`
}

const outcomeTones: Readonly<Record<string, Tone>> = {
  rejected: 'red',
  'not reached': 'dim',
  'not synced yet': 'dim',
}

function stateOf(leg: LegStory, before: LegStory | undefined): string {
  return leg.outcome ?? (before?.rejection ? 'not reached' : 'not synced yet')
}

function printLeg(out: Printer, leg: LegStory, state: string): void {
  const title = `${leg.task}, ${leg.leg} → ${leg.entity}`
  out.line()
  out.line(`${out.paint('bold', title)}  ${out.paint(outcomeTones[state] ?? 'green', state)}`)
  if (leg.rejection) out.line(`  ${leg.rejection.code}: ${leg.rejection.message}`)
  const rows = leg.fields
    .filter(({ value, stored }) => !isNothing(value) || !isNothing(stored ?? null))
    .map(fieldRow(out))
  for (const line of table(rows)) out.line(line)
  const empty = leg.fields.length - rows.length
  if (empty > 0) out.line(out.paint('dim', `  ${amount(empty, 'field')} without a value`))
}

function fieldRow(out: Printer): (field: FieldStory) => string[] {
  return ({ to, value, stored, from, how, problem }) => {
    const sources = from.map(({ column, value: found }) =>
      isNothing(found) || (from.length === 1 && found === value)
        ? column
        : `${column} ${quoted(found)}`,
    )
    const origin = [sources.join(' + '), ...how].filter(Boolean).join(', ')
    const differs = stored !== undefined && String(stored ?? '') !== String(value ?? '')
    const remark = problem ?? (differs ? `the target has ${quoted(stored)}` : '')
    return [to, quoted(value), out.paint('dim', `← ${origin}`), out.paint('yellow', remark)]
  }
}

function isNothing(value: Value): boolean {
  return value === null || value === ''
}

const mostShown = 40

/** On one line, whatever is in it. */
function quoted(value: Value): string {
  if (isNothing(value)) return '–'
  const text = Array.from(String(value).replaceAll(/\s+/g, ' '))
  return text.length > mostShown ? `${text.slice(0, mostShown).join('')}…` : text.join('')
}
