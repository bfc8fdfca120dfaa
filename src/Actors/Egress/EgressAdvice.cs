namespace ActorBrowser;

/// <summary>Writes the rule that grants what was refused.</summary>
internal static class EgressAdvice
{
    private const int LongestMethod = 32;

    // Names of this machine and of private networks: RFC 6761, RFC 6762, and what resolvers of clouds and homes use.
    private static readonly string[] PrivateNames = ["localhost", "local", "internal", "lan", "home.arpa"];

    /// <summary>
    /// A rule that grants a refused attempt. It names the method if the rules tell the host's methods apart or the request changes something; and
    /// says 'private' if the host's rules do, or if its name is one of a private network.
    /// </summary>
    internal static string For(EgressAttempt attempt, EgressRules rules)
    {
        var known = rules.Granting(attempt.Host, attempt.Address).ToArray();
        var method = IsPlain(attempt.Method) && (attempt.Method is not ("GET" or "HEAD") || Array.Exists(known, static rule => rule.HasMethods)) ? attempt.Method + " " : "";
        var host = attempt.IsName || (attempt.Port is 80 or 443 && method.Length == 0) || (attempt.Port == 80 && method.Length > 0) ? attempt.BracketedHost : attempt.Target;
        var isPrivate = attempt.Address is null && (IsPrivateName(attempt.Host) || Array.Exists(known, static rule => rule.IsPrivate));
        return $"{method}{host}{(isPrivate ? " private" : "")}";
    }

    /// <summary>Whether a name is one of this machine or of a private network. A name without a dot is found in the machine's own domain or file.</summary>
    /// <param name="name">A name in ASCII and lower case, no address.</param>
    internal static bool IsPrivateName(string name) =>
        !name.Contains('.', StringComparison.Ordinal) || Array.Exists(PrivateNames, end => name.EndsWith("." + end, StringComparison.Ordinal));

    // The program chooses the method, and a person pastes the rule between quotes.
    private static bool IsPlain(string method) => method.Length is > 0 and <= LongestMethod && method.All(static c => char.IsAsciiLetterUpper(c) || c == '-');
}
