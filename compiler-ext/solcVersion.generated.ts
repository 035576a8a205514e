// Generated from the package solc by `npm run generate`. Do not edit.

/** Version of the npm package solc. */
export const solcRelease = '0.8.37'

/** What that compiler says its version is. */
export const solcVersion = '0.8.37+commit.f401782d'
