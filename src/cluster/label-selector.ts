/** Whether labels are selected, as the API server selects (Kubernetes API reference, LabelSelector). Pure. */
import { isObject } from '../base/json-object.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'

/** @param selector an empty or missing one selects everything */
export function isSelected(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const wanted = fieldOf(selector, 'matchLabels')
  const has = (key: string): boolean => Object.hasOwn(labels, key)
  const equals = Object.entries(isObject(wanted) ? wanted : {}).every(
    ([key, value]) => has(key) && labels[key] === value,
  )
  return (
    equals &&
    listOf(selector, 'matchExpressions').every((one) => {
      const key = textOf(one, 'key')
      const isOne = has(key) && listOf(one, 'values').includes(labels[key])
      switch (textOf(one, 'operator')) {
        case 'In':
          return isOne
        case 'NotIn':
          return !isOne
        case 'Exists':
          return has(key)
        case 'DoesNotExist':
          return !has(key)
        default:
          return false
      }
    })
  )
}

/** The labels of an object's metadata. */
export function labelsOf(object: unknown): Readonly<Record<string, unknown>> {
  const labels = fieldOf(object, 'metadata', 'labels')
  return isObject(labels) ? labels : {}
}
