package io.statekeep.cookie;

/**
 * A name and value as a request carried them: bytes as ISO-8859-1 characters, nothing decoded.
 *
 * @param name never empty, compared byte for byte
 * @param value verbatim, quotes included
 */
public record Cookie(String name, String value) {}
