import type { Database } from '../database/database.ts'
import { field } from '../domain/names.ts'
import { literal, sql } from '../domain/sql.ts'
import { projectOf } from '../sync/project.ts'
import { accounts } from '../sync/templates/accounts.ts'
import { contactsToCustomer } from '../sync/templates/contacts-to-customer.ts'
import type { Template } from '../sync/template.ts'
import { updateSheet, yesOrNo } from './dataverse.ts'
import type { DeliveryPlan, Sheet } from './sheet.ts'

/**
 * The Account and Contact files of the move from Prospect to cash to dual-write, by its migration
 * article: an account's number becomes its party number; a contact's number its contact number, its
 * party number and its contact person id; an active customer can be sold to and has a customer
 * group, any other is a contact for a customer.
 */
export function dualWritePlan(db: Database): DeliveryPlan {
  return {
    sheets: [accountSheet(db), contactSheet(db)],
    documents: {},
    instructions: [
      'Run "p2c sync" once more, then export what you need: when Prospect to cash is uninstalled, its columns and their data go.',
      'Uninstall Prospect to cash, install the dual-write solution, link the companies, and synchronize the reference data first.',
      'Import the accounts for update, then the contacts, by the GUID in the first column, with duplicate detection off.',
      'Then enable the maps and run the initial synchronization.',
    ],
  }
}

function accountSheet(db: Database): Sheet {
  const { names, rules, config } = db
  const number = names.column(field.accountNumber, 'r')
  const query = sql`SELECT ${rules.guid(names.column('accountid', 'r'))} AS accountid, ${number} AS number, ${literal(config.organization.company)} AS company,
      'Customer' AS relationship, ${literal(customerGroup(db, accounts))} AS customer_group
    FROM ${names.table('account')} AS r WHERE NOT ${rules.hasNoNumber(number)}`
  return updateSheet('account', query, {
    accountid: 'accountid',
    number: 'msdyn_partynumber',
    company: 'msdyn_company',
    relationship: 'customertypecode',
    customer_group: 'msdyn_customergroupid',
  })
}

function contactSheet(db: Database): Sheet {
  const { names, rules, dialect, config } = db
  const number = names.column(field.contactNumber, 'r')
  const active = names.column(field.isActiveCustomer, 'r')
  const isActive = sql`${active} = ${dialect.flag(true)}`
  const group = literal(customerGroup(db, contactsToCustomer))
  const query = sql`SELECT ${rules.guid(names.column('contactid', 'r'))} AS contactid, ${literal(config.organization.company)} AS company, ${yesOrNo(db, active)} AS sellable,
      (CASE WHEN ${isActive} THEN ${group} END) AS customer_group, (CASE WHEN ${isActive} THEN NULL ELSE 'Customer' END) AS contact_for,
      ${number} AS number, ${number} AS party, ${number} AS person
    FROM ${names.table('contact')} AS r WHERE NOT ${rules.hasNoNumber(number)}`
  return updateSheet('contact', query, {
    contactid: 'contactid',
    company: 'msdyn_company',
    sellable: 'msdyn_sellable',
    customer_group: 'msdyn_customergroupid',
    contact_for: 'msdyn_contactforvendor',
    number: 'msdyn_contactnumber',
    party: 'msdyn_partynumber',
    person: 'msdyn_contactpersonid',
  })
}

/** The customer group that a project gives; empty where it is omitted. */
function customerGroup({ config }: Database, template: Template): string {
  const map = projectOf(template, config).legs[1].maps.find(({ to }) => to === 'CustomerGroupId')
  return String(map?.default ?? '')
}
