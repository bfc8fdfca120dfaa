namespace ActorBrowser.TestSupport;

/// <summary>
/// The programs that tests run: the child program, because the test host cannot be one, and the command. Each is the managed
/// program next to the tests, or the one that an environment variable names, so that the same specs run on native programs.
/// </summary>
public static class TestChildProgram
{
    /// <summary>The child program; <c>ACTORBROWSER_TEST_CHILD</c> names another.</summary>
    public static string Path { get; } = Named("ACTORBROWSER_TEST_CHILD", "actorbrowser-testchild");

    /// <summary>The command; <c>ACTORBROWSER_TEST_CLI</c> names another.</summary>
    public static string Command { get; } = Named("ACTORBROWSER_TEST_CLI", "actorbrowser");

    /// <summary>Whether children are native: they have no assemblies, and generate no code.</summary>
    public static bool IsNative { get; } = !File.Exists(System.IO.Path.ChangeExtension(Path, null) + ".dll");

    private static string Named(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? System.IO.Path.GetFullPath(named) : System.IO.Path.Combine(AppContext.BaseDirectory, otherwise);
}
