/**
 * Sessions: tokens, records, deltas, policy and the {@link io.statekeep.session.SessionStore} cut.
 * Needs vertx-core only.
 */
@NullMarked
package io.statekeep.session;

import org.jspecify.annotations.NullMarked;
