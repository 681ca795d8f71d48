/** The cookie codec after RFC 6265bis: parse, write, encode, sign, encrypt. JDK only. */
@NullMarked
package io.statekeep.cookie;

import org.jspecify.annotations.NullMarked;
