package io.statekeep.web;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose {@code X-Forwarded-*} headers count; everybody else's are ignored. Immutable.
 */
public final class TrustedProxies {
  /** Nobody's headers count. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final Pattern WITH_PORT =
      Pattern.compile(
          "(?<four>[0-9.]+):[0-9]{1,5}|\\[(?<six>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)](:[0-9]{1,5})?");

  private final List<IpSubnetFilterRule> networks;

  private TrustedProxies(List<IpSubnetFilterRule> networks) {
    this.networks = networks;
  }

  /**
   * Reads networks in CIDR form; an address alone is a network of one.
   *
   * @throws IllegalArgumentException if one is neither
   */
  public static TrustedProxies of(List<String> cidrs) {
    return new TrustedProxies(cidrs.stream().map(TrustedProxies::network).toList());
  }

  private static IpSubnetFilterRule network(String cidr) {
    int slash = cidr.indexOf('/');
    String address = slash < 0 ? cidr : cidr.substring(0, slash);
    boolean four = NetUtil.isValidIpV4Address(address);
    // Netty would take brackets and the name of an interface, too.
    boolean six = address.matches("[0-9A-Fa-f:.]+") && NetUtil.isValidIpV6Address(address);
    if (!four && !six) {
      throw new IllegalArgumentException(cidr + " is not an IP network");
    }
    int bits = four ? 32 : 128;
    int prefix = slash < 0 ? bits : prefix(cidr.substring(slash + 1), bits, cidr);
    return new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
  }

  private static int prefix(String text, int bits, String cidr) {
    if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= bits) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(cidr + " has a prefix that is not in 0.." + bits);
  }

  /** Whether the client came by https, to us or to a trusted proxy. */
  public boolean isHttps(HttpServerRequest request) {
    if (request.connection().isSsl()) {
      return true;
    }
    if (networks.isEmpty() || !isTrusted(peer(request))) {
      return false;
    }
    List<String> hops = hops(request, "X-Forwarded-Proto");
    // The last hop is the one that the trusted proxy itself has seen.
    return !hops.isEmpty() && hops.get(hops.size() - 1).equalsIgnoreCase("https");
  }

  /**
   * The client's address: the nearest hop that is not a trusted proxy; or the last trusted one, if
   * what that says is no address.
   */
  public String client(HttpServerRequest request) {
    String client = peer(request);
    if (networks.isEmpty()) {
      return client;
    }
    List<String> hops = hops(request, "X-Forwarded-For");
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      String hop = withoutPort(hops.get(i));
      if (parse(hop) == null) {
        return client;
      }
      client = hop;
    }
    return client;
  }

  // Some proxies append the port, which changes with every connection of one client.
  private static String withoutPort(String hop) {
    Matcher matcher = WITH_PORT.matcher(hop);
    if (!matcher.matches()) {
      return hop;
    }
    String four = matcher.group("four");
    return four == null ? matcher.group("six") : four;
  }

  private static String peer(HttpServerRequest request) {
    SocketAddress peer = request.remoteAddress();
    String address = peer == null ? null : peer.hostAddress();
    return address == null ? "" : address;
  }

  private static List<String> hops(HttpServerRequest request, String header) {
    List<String> hops = new ArrayList<>();
    for (String line : request.headers().getAll(header)) {
      for (String hop : line.split(",", -1)) {
        // RFC 9110 section 5.6.1.2: an empty element of a list does not count.
        if (!hop.isBlank()) {
          hops.add(hop.strip());
        }
      }
    }
    return hops;
  }

  private boolean isTrusted(String address) {
    InetSocketAddress socket = parse(address);
    return socket != null && networks.stream().anyMatch(network -> network.matches(socket));
  }

  // Only literal addresses: a name in a header must not make us ask the DNS.
  private static @Nullable InetSocketAddress parse(String address) {
    // Netty would take a bracket in front, whatever stands at the end.
    byte[] bytes =
        address.startsWith("[") ? null : NetUtil.createByteArrayFromIpAddressString(address);
    try {
      return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
