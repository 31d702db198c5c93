import type { ReactElement } from 'react'

import { Button } from './button.tsx'

/** The next page of a list that has one. */
export const More = (props: {
  readonly of: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => Promise<unknown>
  }
}): ReactElement | null =>
  props.of.hasNextPage ? (
    <div className="more">
      <Button disabled={props.of.isFetchingNextPage} onPress={() => void props.of.fetchNextPage()}>
        {props.of.isFetchingNextPage ? 'Reading more' : 'Show more'}
      </Button>
    </div>
  ) : null
