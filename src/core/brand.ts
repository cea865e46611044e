declare const brand: unique symbol;

/** A primitive that the compiler keeps apart from others of the same type. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** As {@link Brand}, but a plain value will do: what comes from a command line has no brand. */
export type Flavor<Base, Name extends string> = Base & { readonly [brand]?: Name };
