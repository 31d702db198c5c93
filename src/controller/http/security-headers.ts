const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const always = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}

/** The headers of every answer. `httpsOnly`: a year of nothing but HTTPS. Browsers hold a name to that at every port, and
 *  another copy of Floe may be served there in plain HTTP: only a certificate that was given says that the name is ours. */
export const securityHeaders = (httpsOnly: boolean): Readonly<Record<string, string>> =>
  httpsOnly ? { ...always, 'strict-transport-security': 'max-age=31536000' } : always
