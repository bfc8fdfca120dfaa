using System.Globalization;
using System.Net;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.Agents;

/// <summary>What <c>request_permission</c> is asked for: checked, so that no grant is without effect, and in the words of a person.</summary>
internal static class PermissionAsked
{
    /// <summary>A host to reach.</summary>
    /// <exception cref="ToolException">It is no host, or a grant would not reach it.</exception>
    internal static PermissionSubject.Egress HostOf(string host, int port)
    {
        var isAddress = IPAddress.TryParse(host.Trim('[', ']'), out var literal);
        if ((!isAddress && host.AsSpan().IndexOfAny(" */!:") >= 0) || !UrlHost.TryParse(Bracketed(host, literal), special: true, out var ascii))
            throw new ToolException($"host is '{Foreign.Line(host, 100)}'; it takes one host's name or address, without scheme, port or wildcard.");
        ascii = ascii.TrimEnd('.').Trim('[', ']');
        var subject = new PermissionSubject.Egress(ascii, port, EgressProtocol.Connect);
        if (EgressRules.Problem([RuleOf(subject)]) is { } problem)
            throw new ToolException($"host is '{Foreign.Line(host, 100)}'; {VisibleText.Line(problem)}");
        if (!IPAddress.TryParse(ascii, out var address))
        {
            if (EgressAdvice.IsPrivateName(ascii))
                throw new ToolException($"'{ascii}' is a name of this machine or of a private network, which a grant for a name does not reach. Ask for its address, such as 127.0.0.1, and let the command use the address; or have a person restart the server with --allow-host '{RuleOf(subject)} private'.");
        }
        else if (EgressRules.IsMetadata(address))
        {
            throw new ToolException($"{ascii} is the address of a cloud's metadata service, which hands out this machine's credentials: it is not asked for. If commands are meant to have them, a person restarts the server with --allow-host {RuleOf(subject)}.");
        }
        return subject;
    }

    /// <summary>A path to read.</summary>
    /// <exception cref="ToolException">It is no absolute path.</exception>
    internal static PermissionSubject.File PathOf(string path)
    {
        if (!Path.IsPathFullyQualified(path) || Path.GetFullPath(path) != path.TrimEnd('/') || path == "/")
            throw new ToolException($"path is '{Foreign.Line(path, 100)}'; it takes an absolute path below /, without . and .. parts.");
        return new PermissionSubject.File(path, FilePermission.Read);
    }

    /// <summary>The rule of a named egress that grants it.</summary>
    internal static string RuleOf(PermissionSubject.Egress egress) =>
        string.Create(CultureInfo.InvariantCulture, $"{(egress.Host.Contains(':', StringComparison.Ordinal) ? $"[{egress.Host}]" : egress.Host)}:{egress.Port}");

    /// <summary>The option of the command line that grants it.</summary>
    internal static string OptionOf(PermissionSubject subject) =>
        subject is PermissionSubject.Egress egress ? $"--allow-host {RuleOf(egress)}" : $"--read {Foreign.Line(((PermissionSubject.File)subject).Path, 1000)}";

    /// <summary>What commands would do, for the person: completes "May commands …".</summary>
    internal static string WhatOf(PermissionSubject subject)
    {
        if (subject is PermissionSubject.File file)
            return $"read {file.Path}{(Directory.Exists(file.Path) ? " and everything below it" : File.Exists(file.Path) ? "" : " (nothing is there now)")}";
        var egress = (PermissionSubject.Egress)subject;
        return $"reach {RuleOf(egress)}{(IPAddress.TryParse(egress.Host, out var address) && AddressPolicy.Classify(address).Block is { } block ? $" (a {ClassOf(block)}, not on the Internet)" : "")}";
    }

    private static string ClassOf(AddressBlock block) => block.Name.Contains("link-local", StringComparison.Ordinal) ? $"{block.Name}, where clouds serve metadata" : block.Name;

    private static string Bracketed(string host, IPAddress? literal) => literal is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } && host[0] != '[' ? $"[{host}]" : host;
}
