import { OAuth2Server } from "oauth2-mock-server";

/** An identity provider of the test's own, with keys over HTTP; stopped when the test's block ends. */
export interface TestIssuer extends AsyncDisposable {
  /** What a service needs to trust it. */
  readonly env: Readonly<Record<string, string>>;
  /** A token for somebody, valid for `expiresInS` (default an hour) from now; negative ones are over. */
  token(who: TokenClaims): Promise<string>;
}

export interface TokenClaims {
  readonly org: string;
  readonly sub: string;
  readonly kind?: "person" | "agent";
  readonly audience?: string;
  readonly expiresInS?: number;
}

const AUDIENCE = "countersign";

/** Starts an issuer on a free port. */
export const startIssuer = async (): Promise<TestIssuer> => {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(0, "127.0.0.1");
  const url = server.issuer.url ?? "";
  return {
    env: {
      COUNTERSIGN_AUTH_JWKS_URL: `${url}/jwks`,
      COUNTERSIGN_AUTH_ISSUER: url,
      COUNTERSIGN_AUTH_AUDIENCE: AUDIENCE,
    },
    token: ({ org, sub, kind, audience = AUDIENCE, expiresInS = 3600 }) =>
      server.issuer.buildToken({
        expiresIn: expiresInS,
        scopesOrTransform: (_header, payload) => {
          Object.assign(payload, {
            org,
            sub,
            aud: audience,
            ...(kind === undefined ? {} : { kind }),
          });
        },
      }),
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  };
};
