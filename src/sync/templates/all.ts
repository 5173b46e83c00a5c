import type { Template } from '../template.ts'
import { accounts } from './accounts.ts'
import { contactsToCustomer } from './contacts-to-customer.ts'
import { contacts } from './contacts.ts'

/** In the order in which they run: a customer before the people who work there. */
export const templates: readonly Template[] = [accounts, contacts, contactsToCustomer]
