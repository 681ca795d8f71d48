/** The router handlers: cookies, sessions, routes, problems. */
@NullMarked
package io.statekeep.web;

import org.jspecify.annotations.NullMarked;
