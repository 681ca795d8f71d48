/** The API for other services: keys, sessions, forward authentication, events, and its contract. */
@NullMarked
package io.statekeep.web.api;

import org.jspecify.annotations.NullMarked;
