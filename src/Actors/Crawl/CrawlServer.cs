using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>One server (scheme, host and port) of a crawl: its rules, its pace, and the pages that wait for it.</summary>
/// <param name="url">A URL of the server.</param>
internal sealed class CrawlServer(WebUrl url)
{
    /// <summary>RFC 9309, 2.4: a file is not used for longer.</summary>
    private static readonly TimeSpan RobotsLast = TimeSpan.FromHours(24);

    private RobotsTxt? _robots;
    private long _since;

    internal WebUrl Url => url;

    /// <summary>The pages that wait, those nearest to the start page first.</summary>
    internal Queue<CrawlTarget> Waiting { get; } = new();

    /// <summary>How many requests run.</summary>
    internal int AtOnce { get; set; }

    /// <summary>The earliest time of the next request, as a timestamp.</summary>
    internal long NextAt { get; set; }

    /// <summary>Whether robots.txt is being fetched.</summary>
    internal bool AsksRobots { get; set; }

    /// <summary>The rules; null before they are known, and when they are too old.</summary>
    internal RobotsTxt? Robots(TimeProvider time) => _robots is not null && time.GetElapsedTime(_since) < RobotsLast ? _robots : null;

    internal void Take(RobotsTxt robots, TimeProvider time) => (_robots, _since, AsksRobots) = (robots, time.GetTimestamp(), false);

    /// <summary>The time between two requests.</summary>
    /// <param name="wanted">As the crawl's owner wants it.</param>
    /// <param name="most">The longest that the server may ask for.</param>
    internal TimeSpan Pace(TimeSpan wanted, TimeSpan most)
    {
        var asked = _robots?.Delay is { } delay ? delay < most ? delay : most : TimeSpan.Zero;
        return asked > wanted ? asked : wanted;
    }

    /// <summary>Makes no request for a while.</summary>
    internal void Pause(TimeSpan pause, TimeProvider time) =>
        NextAt = Math.Max(NextAt, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
}
