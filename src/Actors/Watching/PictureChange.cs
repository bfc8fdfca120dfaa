namespace ActorBrowser;

/// <summary>What differs between two pictures: most processes change little, and a viewer of 200 would otherwise get them all every time.</summary>
/// <param name="At">When the later one was taken.</param>
/// <param name="IsWhole">Whether it is the whole picture: the viewer forgets what it has.</param>
/// <param name="Processes">The new and changed processes.</param>
/// <param name="Gone">The numbers of those that are gone.</param>
/// <param name="Pools">Null if none has changed; so are the other lists.</param>
/// <param name="Fetches">See <see cref="Picture"/>.</param>
/// <param name="FetchCount">See <see cref="Picture"/>.</param>
/// <param name="Crashes">See <see cref="Picture"/>.</param>
/// <param name="Violations">See <see cref="Picture"/>.</param>
internal sealed record PictureChange(
    DateTimeOffset At, bool IsWhole, IReadOnlyList<ProcessRow> Processes, IReadOnlyList<long> Gone, IReadOnlyList<PoolRow>? Pools,
    IReadOnlyList<FetchRow>? Fetches, int FetchCount, IReadOnlyList<CrashRow>? Crashes, IReadOnlyList<ViolationRow>? Violations)
{
    /// <summary>The whole picture.</summary>
    internal static PictureChange Whole(Picture picture) =>
        new(picture.At, true, picture.Processes, [], picture.Pools, picture.Fetches, picture.FetchCount, picture.Crashes, picture.Violations);

    /// <summary>The difference.</summary>
    internal static PictureChange Between(Picture before, Picture after)
    {
        var known = before.Processes.ToDictionary(static row => row.Number);
        var changed = new List<ProcessRow>();
        foreach (var row in after.Processes)
        {
            if (!known.Remove(row.Number, out var old) || old != row)
                changed.Add(row);
        }
        return new PictureChange(after.At, false, changed, [.. known.Keys], Changed(before.Pools, after.Pools), Changed(before.Fetches, after.Fetches), after.FetchCount,
            Changed(before.Crashes, after.Crashes), Changed(before.Violations, after.Violations));
    }

    private static IReadOnlyList<T>? Changed<T>(IReadOnlyList<T> before, IReadOnlyList<T> after) => before.SequenceEqual(after) ? null : after;
}
