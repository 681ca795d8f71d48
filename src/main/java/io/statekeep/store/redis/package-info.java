/** Sessions in Redis. */
@NullMarked
package io.statekeep.store.redis;

import org.jspecify.annotations.NullMarked;
