using System.Net;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>
/// A secret by reference: the command gets a placeholder in the variable <see cref="Name"/>, and where the placeholder is in a header field of a
/// request over TLS to <see cref="Host"/>, the browser puts the value. The value is in no variable, memory or file of the command. Any other
/// host gets the placeholder.
/// </summary>
public sealed class CommandSecret
{
    internal const int LeastLength = 8;
    internal const int MostLength = 4096;

    private const int Https = 443;

    /// <summary>Creates a secret.</summary>
    /// <param name="name">The environment variable: letters, digits and underscores, not a digit first.</param>
    /// <param name="value">8 to 4,096 visible ASCII characters, with spaces within.</param>
    /// <param name="host">A host's name or address, without wildcards; the command may reach it.</param>
    /// <param name="port">Its port, for TLS.</param>
    /// <exception cref="ArgumentException">One of them is wrong; the message does not contain the value.</exception>
    public CommandSecret(string name, string value, string host, int port = Https)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(host);
        if (name.Length is 0 or > 256 || char.IsAsciiDigit(name[0]) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"'{VisibleText.Line(name)}' is not a variable's name: use letters, digits and underscores.", nameof(name));
        if (value.Length is < LeastLength or > MostLength)
            throw new ArgumentException($"The secret {name} has {value.Length} characters; it has {LeastLength} to {MostLength}.", nameof(value));
        if (!value.All(static c => c is >= ' ' and <= '~') || value[0] == ' ' || value[^1] == ' ')
            throw new ArgumentException($"The secret {name} holds a character that a header field cannot: it consists of visible ASCII characters, with spaces within.", nameof(value));
        if (!UrlHost.TryParse(host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]" : host.TrimEnd('.'), special: true, out var ascii) || host.Contains('*', StringComparison.Ordinal))
            throw new ArgumentException($"'{VisibleText.Line(host)}' is not a host to which the secret {name} can go: name one host.", nameof(host));
        if (port is < 1 or > ushort.MaxValue or 80)
            throw new ArgumentException($"The secret {name} cannot go to port {port}: it goes over TLS, which has port {Https} or another.", nameof(port));
        (Name, Value, Host, Port) = (name, value, ascii.Trim('[', ']').TrimEnd('.'), port);
        Address = IPAddress.TryParse(Host, out var address) ? address : null;
    }

    /// <summary>The environment variable that holds the placeholder.</summary>
    public string Name { get; }

    /// <summary>The host, in ASCII and lower case; an address is without brackets.</summary>
    public string Host { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    internal string Value { get; }

    internal IPAddress? Address { get; }

    /// <summary>The rule by which the host is reached.</summary>
    internal string Rule => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Without the value.</summary>
    public override string ToString() => $"{Name}@{Rule}";
}
