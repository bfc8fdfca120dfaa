namespace ActorBrowser.TestSupport;

/// <summary>The program that plays the child under a test host, which cannot.</summary>
public static class TestChildProgram
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "actorbrowser-testchild");
}
