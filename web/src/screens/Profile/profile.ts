/** A person's authenticator apps. */
import { answered, api, type Schemas } from '../../api/client'

export type Authenticator = Schemas['AuthenticatorView']
export type Enrolment = Schemas['AuthenticatorEnrolment']

export const listAuthenticators = (): Promise<Schemas['AuthenticatorList']> => answered(api.GET('/api/v1/me/authenticators'))

export function enrol(name: string, password: string): Promise<Enrolment> {
  return answered(api.POST('/api/v1/me/authenticators', { body: { kind: 'totp', name, password } }))
}

export function confirm(authenticator: string, code: string): Promise<Authenticator> {
  const params = { path: { authenticator } }
  return answered(api.POST('/api/v1/me/authenticators/{authenticator}/confirm', { params, body: { code } }))
}

export async function remove(authenticator: string): Promise<void> {
  await answered(api.DELETE('/api/v1/me/authenticators/{authenticator}', { params: { path: { authenticator } } }))
}
