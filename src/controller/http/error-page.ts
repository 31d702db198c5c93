/** A refusal as a page of its own, for a browser that opened an address: the built pages need no part of it, so it is
 *  there also when they are not. */
export const errorPage = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Floe: this page cannot be shown</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:36rem;padding:0 1.5rem}h1{font-size:1.5rem}</style>
</head>
<body>
<main>
<h1>This page cannot be shown</h1>
<p>${escaped(title)}</p>
<p><a href="/">Open the overview</a></p>
</main>
</body>
</html>
`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
