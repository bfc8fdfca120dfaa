using System;
using System.Threading;

namespace Akka.Util;

/// <summary>Writes to the console, one caller at a time, in colour where asked to.</summary>
public static class StandardOutWriter
{
    private static readonly Lock Gate = new();

    public static void Write(string message, ConsoleColor? foregroundColor = null, ConsoleColor? backgroundColor = null) =>
        Put(message, foregroundColor, backgroundColor, Console.Write);

    public static void WriteLine(string message, ConsoleColor? foregroundColor = null, ConsoleColor? backgroundColor = null) =>
        Put(message, foregroundColor, backgroundColor, Console.WriteLine);

    private static void Put(string message, ConsoleColor? foreground, ConsoleColor? background, Action<string> write)
    {
        lock (Gate)
        {
            var (oldForeground, oldBackground) = (Console.ForegroundColor, Console.BackgroundColor);
            Console.ForegroundColor = foreground ?? oldForeground;
            Console.BackgroundColor = background ?? oldBackground;
            write(message);
            Console.ForegroundColor = oldForeground;
            Console.BackgroundColor = oldBackground;
        }
    }
}
