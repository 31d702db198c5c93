import type { CertificateFacts } from './certificate.ts'
import { ConnectionLost } from './errors.ts'
import type { HostKey } from './ssh/host-key.ts'

/** Which side did not believe which proof of the other. */
export type TrustProblem =
  | {
      /** None is pinned, or others than the one that was shown. */
      readonly problem: 'host-key-unknown' | 'host-key-changed'
      readonly host: string
      /** The fingerprint alone is known here; `previewSsh` fetches the key. */
      readonly presented: Pick<HostKey, 'type' | 'fingerprint'>
      readonly pinned: readonly HostKey[]
    }
  | {
      /** A host's certificate for its key: expired, for another name, or of another authority. */
      readonly problem: 'host-certificate'
      readonly host: string
      readonly why: string
    }
  | { readonly problem: 'login-refused'; readonly host: string; readonly methods: readonly string[] }
  | { readonly problem: 'login-key-unusable'; readonly host: string; readonly why: string }
  | {
      readonly problem:
        | 'server-certificate-expired'
        | 'server-certificate-not-yet-valid'
        | 'server-name-wrong'
        | 'server-authority-unknown'
      readonly host: string
      /** What the host showed, where it could be fetched once more. */
      readonly certificate: CertificateFacts | undefined
    }
  | {
      readonly problem: 'client-certificate-expired' | 'client-certificate-not-yet-valid' | 'client-certificate-refused'
      readonly host: string
      readonly certificate: CertificateFacts
    }
  | { readonly problem: 'client-certificate-unusable'; readonly host: string; readonly why: string }

/** No connection, because one side does not believe the other. Nothing was sent; trying again changes nothing until
 *  somebody changes what is trusted. */
export class NotTrusted extends ConnectionLost {
  override readonly name = 'NotTrusted'
  readonly trust: TrustProblem

  constructor(message: string, trust: TrustProblem, cause?: unknown) {
    super(message, { sent: false, cause })
    this.trust = trust
  }
}
