import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { vmQuery } from '../../data/queries.ts'
import type { VmDetail } from '../../data/resources.ts'

const route = getRouteApi('/inside/shell/vms/$vm')

/** The VM of this page; VmPage has read it before any tab is shown. */
export const useVm = (): VmDetail => {
  const { vm } = route.useParams()
  return useSuspenseQuery(vmQuery(vm)).data
}
