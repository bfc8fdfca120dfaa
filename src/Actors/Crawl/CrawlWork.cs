using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A page under way.</summary>
/// <param name="Target">The page.</param>
/// <param name="Server">Its server.</param>
/// <param name="Started">When it was begun, as a timestamp.</param>
internal sealed record CrawlWork(CrawlTarget Target, CrawlServer Server, long Started)
{
    /// <summary>The request's fields.</summary>
    internal IReadOnlyList<HeaderField> Request { get; set; } = [];

    /// <summary>What the cache has; null for nothing.</summary>
    internal CacheEntry? Cached { get; set; }

    /// <summary>The hash of the cached body.</summary>
    internal string CachedHash { get; set; } = "";

    /// <summary>The result so far.</summary>
    internal CrawledPage Page { get; set; } = new(Target.Text, Target.Depth);

    internal ReadOnlyMemory<byte> Body { get; set; }

    internal CrawlRobotsTag Robots { get; set; }

    /// <summary>On whose behalf is fetched what the page links to.</summary>
    internal FetchInitiator LinksInitiator { get; set; } = FetchInitiator.PublicPage;
}

/// <summary>The cache's answer about a page.</summary>
/// <param name="Work">The page.</param>
/// <param name="Entry">Null for nothing.</param>
/// <param name="Hash">Of its body.</param>
internal sealed record CrawlCacheRead(CrawlWork Work, CacheEntry? Entry, string Hash) : Akka.Actor.INoSerializationVerificationNeeded, Akka.Event.IDeadLetterSuppression;
