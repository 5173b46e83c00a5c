import type { RowRule } from './row-rule.ts'
import type { Rule } from './rule.ts'
import { columnMissing } from './rules/column-missing.ts'
import { columnTypeWrong } from './rules/column-type-wrong.ts'
import { contactNumberMalformed } from './rules/contact-number-malformed.ts'
import { currencyDefaulted } from './rules/currency-defaulted.ts'
import { customerMissing } from './rules/customer-missing.ts'
import { diskSpaceLow } from './rules/disk-space-low.ts'
import { keyDuplicate } from './rules/key-duplicate.ts'
import {
  accountNumberAlmostDuplicate,
  contactNumberAlmostDuplicate,
} from './rules/number-almost-duplicate.ts'
import { accountNumberDuplicate, contactNumberDuplicate } from './rules/number-duplicate.ts'
import { numberTooLong } from './rules/number-too-long.ts'
import { pagesFull } from './rules/pages-full.ts'
import { parentMissing, parentTypeUnknown } from './rules/parent-missing.ts'
import { permissionMissing } from './rules/permission-missing.ts'
import { requiredValueMissing } from './rules/required-value-missing.ts'
import { tableMissing } from './rules/table-missing.ts'
import { triggerFires } from './rules/trigger-fires.ts'
import { valueTooLong } from './rules/value-too-long.ts'

/** Rules with questions of their own, in the order in which they are told. */
export const rules: readonly Rule[] = [
  tableMissing,
  columnMissing,
  columnTypeWrong,
  permissionMissing,
  keyDuplicate,
  triggerFires,
  accountNumberDuplicate,
  contactNumberDuplicate,
  accountNumberAlmostDuplicate,
  contactNumberAlmostDuplicate,
  diskSpaceLow,
  pagesFull,
]

/** Rules on single rows, in the order in which they are told. */
export const rowRules: readonly RowRule[] = [
  numberTooLong,
  contactNumberMalformed,
  parentMissing,
  parentTypeUnknown,
  customerMissing,
  requiredValueMissing,
  valueTooLong,
  currencyDefaulted,
]
