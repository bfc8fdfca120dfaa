using Akka.Actor;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.Dashboard;

/// <summary>What a request may do.</summary>
public enum DashboardAccess
{
    /// <summary>Nothing: it is refused with 403.</summary>
    None,

    /// <summary>See the page and its figures.</summary>
    Watch,

    /// <summary>Also end, reload and drain processes.</summary>
    Act,
}

/// <summary>Options of <see cref="DashboardEndpoints.MapActorBrowser"/>.</summary>
public sealed class DashboardOptions
{
    /// <summary>
    /// Decides about each request, in place of the default: a connection from this machine, without a proxy in between, whose <c>Host</c>
    /// is <c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c>, and which has the <see cref="Token"/>. Requests that a page of another
    /// origin sends are refused before it is asked.
    /// </summary>
    public Func<HttpContext, ValueTask<DashboardAccess>>? Authorize { get; set; }

    /// <summary>
    /// The token of the default authorisation, sent as <c>Authorization: Bearer TOKEN</c>: 16 to 4096 characters of ASCII without spaces. Null for a random one, which is
    /// logged once, with the page's path, as information of the category <c>ActorBrowser.Dashboard</c>.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>The browser; null for the one that the host starts by <c>AddAkka(… WithActorBrowser())</c>.</summary>
    public IActorRef? Browser { get; set; }

    /// <summary>How many may watch at once; 1 or more. The next one gets 503.</summary>
    public int MaxViewers { get; set; } = 200;
}
