// A real OpenID provider on loopback: whoever signs in there has the groups of PEOPLE. For tests only.
import Provider from 'oidc-provider'

const [port, client_id, client_secret, back, people] = process.argv.slice(2)
const known = JSON.parse(people)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{ client_id, client_secret, redirect_uris: [back], token_endpoint_auth_method: 'client_secret_basic' }],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
  cookies: { keys: ['of a test'] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  async findAccount (_context, sub) {
    return { accountId: sub, claims: () => ({ sub, preferred_username: sub, ...known[sub] }) }
  }
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
