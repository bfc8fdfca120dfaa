namespace ActorBrowser.Bench;

/// <summary>The settings for every figure.</summary>
/// <param name="Quick">Fewer and shorter runs.</param>
/// <param name="Root">The repository.</param>
/// <param name="Scratch">A folder that bench/run removes.</param>
internal sealed record BenchContext(bool Quick, string Root, string Scratch)
{
    /// <summary>The command line program, built as for users.</summary>
    internal string Program => Path.Combine(Root, "artifacts", "cli", "actorbrowser");

    /// <summary>The program that children run; the same program.</summary>
    internal string ChildExecutable => Program;

    /// <summary>The hello-world program.</summary>
    internal string Hello => Path.Combine(Root, "artifacts", "bench", "hello", "hello");

    /// <summary>The compiled C ping-pong.</summary>
    internal string PingPong => Path.Combine(Root, "artifacts", "bench", "pingpong");

    /// <summary>The compiled C runner of commands.</summary>
    internal string Commands => Path.Combine(Root, "artifacts", "bench", "commands");

    internal string Script(string name) => Path.Combine(Root, "bench", "yardsticks", name);

    /// <summary>Picks a count: the first when quick, otherwise the second.</summary>
    internal int Pick(int quick, int full) => Quick ? quick : full;
}

/// <summary>One figure of the table.</summary>
internal interface IFigure
{
    /// <summary>The figure's name on the command line.</summary>
    string Name { get; }

    /// <summary>The programs that its yardsticks need on PATH.</summary>
    IReadOnlyList<string> Programs => [];

    Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context);
}
