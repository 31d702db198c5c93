import { Fragment, type ReactElement } from 'react'

import { visibleParts, visibleText, type VisiblePart } from '../data/visible-text.ts'

/** More than this is hovered: a page's title, not a table's cell, is what has room for it. */
const hoverMost = 400

const drawn = (parts: readonly VisiblePart[]): ReactElement | string => {
  const [only] = parts
  if (parts.length === 1 && only?.odd === false) return only.text
  return (
    <>
      {parts.map((part, at) =>
        part.odd ? (
          <span key={at} className="odd" title="A character that would not be seen">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  )
}

/** An object's name, whoever gave it: apart from the text around it, cut where its place ends, with nothing unseen. */
export const Name = (props: {
  readonly of: string
  /** Hovered instead of the name: where it lies, for instance. */
  readonly title?: string
}): ReactElement => (
  <bdi className="name" title={visibleText(props.title ?? props.of, hoverMost)}>
    {drawn(visibleParts(props.of))}
  </bdi>
)

/** A sentence that has names in it. It may wrap. */
export const Said = ({ children: text }: { readonly children: string }): ReactElement => (
  <bdi className="said">{drawn(visibleParts(text, { most: 600, blanks: false }))}</bdi>
)

/** Names shown of several; more are counted. */
const namesMost = 20

/** Several names, with a comma between two. */
export const Names = ({ of: names }: { readonly of: readonly string[] }): ReactElement => (
  <>
    {names.slice(0, namesMost).map((name, at) => (
      <Fragment key={at}>
        {at > 0 ? ', ' : ''}
        <Name of={name} />
      </Fragment>
    ))}
    {names.length > namesMost ? ` and ${(names.length - namesMost).toLocaleString('en')} more` : ''}
  </>
)
