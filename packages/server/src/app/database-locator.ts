/** How a node finds its database. */
export type DatabaseLocator =
  { readonly kind: "sqlite"; readonly path: string } | { readonly kind: "postgres" };
