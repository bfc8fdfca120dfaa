namespace ActorBrowser.Cluster;

/// <summary>Makes one picture of those of all nodes: below each node's browser its processes; lists name their node.</summary>
internal static class NodePictures
{
    /// <summary>Joins them.</summary>
    /// <param name="nodes">Each node's picture, or why there is none.</param>
    /// <param name="numbers">Gives the processes their numbers.</param>
    /// <param name="now">The picture's moment.</param>
    internal static Picture Join(IReadOnlyList<(string Node, Picture? Picture, string Problem)> nodes, NodeNumbers numbers, DateTimeOffset now)
    {
        var processes = new List<ProcessRow>();
        foreach (var (node, picture, problem) in nodes)
        {
            if (picture is null)
                processes.Add(new ProcessRow(numbers.Of(node, 0), -1, 0, "browser", PictureRows.Line($"{node}: {problem}"), "no answer", "", 0, 0, "", null, null, false, 0, 0, null, 0, ProcessOrder.None));
            else
                processes.AddRange(picture.Processes.Select(row => row with
                {
                    Number = numbers.Of(node, row.Number),
                    Parent = row.Parent == -1 && row.Number == 0 ? -1 : numbers.Of(node, row.Parent),
                    Name = row.Number == 0 ? node : row.Name,
                }));
        }
        var there = nodes.Where(static one => one.Picture is not null).Select(static one => (one.Node, Picture: one.Picture!)).ToList();
        return new Picture(
            now,
            processes,
            [.. there.SelectMany(static one => one.Picture.Pools.Select(row => row with { Role = At(row.Role, one.Node) }))],
            [.. there.SelectMany(one => one.Picture.Fetches.Select(row => row with { Id = (ulong)numbers.Of(one.Node, (long)(row.Id & uint.MaxValue)), Method = At(row.Method, one.Node) }))
                .OrderByDescending(static row => row.Milliseconds).Take(ProcessWatch.MostListed)],
            there.Sum(static one => one.Picture.FetchCount),
            [.. there.SelectMany(static one => one.Picture.Crashes.Select(row => row with { Role = At(row.Role, one.Node) })).OrderByDescending(static row => row.EndedAt).Take(ProcessWatch.MostListed)],
            [.. there.SelectMany(one => one.Picture.Violations.Select(row => row with { Number = numbers.Of(one.Node, row.Number & uint.MaxValue), Role = At(row.Role, one.Node) }))
                .OrderByDescending(static row => row.At).Take(ProcessWatch.MostListed)]);
    }

    private static string At(string what, string node) => $"{what} @ {node}";
}
